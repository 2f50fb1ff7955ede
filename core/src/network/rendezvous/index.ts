export { answerAt } from './board-requests.ts'
export { Noticeboard } from './noticeboard.ts'
export { Rendezvous } from './rendezvous.ts'
