import { FakeSocket } from './fake-daemon.ts'

/** Pixels of everything that is measured: happy-dom lays nothing out. */
export const VIEW = { width: 1_000, height: 560 }

/** Tells the size of an element once, as a browser does first. */
class FakeResizeObserver {
  readonly #callback: ResizeObserverCallback
  #isConnected = true
  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback
  }
  observe(target: Element): void {
    queueMicrotask(() => {
      if (this.#isConnected) this.#callback([{ target } as ResizeObserverEntry], this)
    })
  }
  unobserve(): void {}
  disconnect(): void {
    this.#isConnected = false
  }
}

// What a module of the page needs while it is loaded; import this file before any of them.
Object.assign(globalThis, { __VERSION__: 'test', WebSocket: FakeSocket, ResizeObserver: FakeResizeObserver })
globalThis.earlyProof = Promise.resolve({
  session: 'session',
  access: 'access',
  mediaKey: 'a2V5',
  media: 'http://media.test',
})

// React warns of tags that the document does not know, and happy-dom knows no <search>.
Object.defineProperty(HTMLUnknownElement.prototype, Symbol.toStringTag, { value: 'HTMLElement' })

const box = () => new DOMRect(0, 0, VIEW.width, VIEW.height)
Object.defineProperties(HTMLElement.prototype, {
  clientWidth: { configurable: true, get: () => VIEW.width },
  clientHeight: { configurable: true, get: () => VIEW.height },
  offsetWidth: { configurable: true, get: () => VIEW.width },
  offsetHeight: { configurable: true, get: () => VIEW.height },
})
Element.prototype.getBoundingClientRect = box
Object.assign(Element.prototype, { setPointerCapture() {}, releasePointerCapture() {}, hasPointerCapture: () => false })

// No style sheet is loaded, so that a style is what the element says itself; happy-dom looks for one with every question.
globalThis.getComputedStyle = (element) => (element as HTMLElement).style
