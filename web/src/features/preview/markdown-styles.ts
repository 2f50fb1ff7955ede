/** How a rendered text looks, in the colours of `styles.css`. */
export const markdownStyles = `
:root { background: light-dark(oklch(0.992 0.002 260), oklch(0.19 0.008 260)); }
body {
  box-sizing: border-box; max-width: 46rem; margin: 0 auto; padding: 1.5rem; outline: none; overflow-wrap: anywhere;
  color: light-dark(oklch(0.24 0.012 260), oklch(0.94 0.004 260));
  font: 0.9375rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
}
h1, h2, h3, h4, h5, h6 { margin: 1.6em 0 0.5em; line-height: 1.3; font-weight: 600; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; } h3 { font-size: 1.08rem; } h4, h5, h6 { font-size: 1em; }
body > :first-child { margin-top: 0; }
p, ul, ol, blockquote, pre, table, details { margin: 0 0 0.9em; }
ul, ol { padding-inline-start: 1.6em; } li > p { margin: 0 0 0.4em; }
a[href] { color: light-dark(oklch(0.52 0.19 262), oklch(0.7 0.14 262)); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid light-dark(oklch(0.52 0.19 262), oklch(0.7 0.14 262)); outline-offset: 2px; border-radius: 2px; }
body:focus-visible { outline-offset: -2px; }
code, pre, kbd { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace; font-size: 0.875em; }
code, kbd { padding: 0.1em 0.3em; border-radius: 4px; background: light-dark(oklch(0.945 0.005 260), oklch(0.25 0.01 260)); }
pre { padding: 0.75rem 1rem; overflow: auto; border-radius: 8px; background: light-dark(oklch(0.968 0.004 260), oklch(0.215 0.009 260)); }
pre code { padding: 0; background: none; overflow-wrap: normal; }
blockquote { padding-inline-start: 1rem; border-inline-start: 3px solid light-dark(oklch(0.62 0.011 260), oklch(0.58 0.012 260)); color: light-dark(oklch(0.44 0.012 260), oklch(0.75 0.01 260)); }
table { display: block; overflow-x: auto; border-collapse: collapse; }
th, td { padding: 0.35rem 0.7rem; border: 1px solid light-dark(oklch(0.9 0.007 260), oklch(0.3 0.011 260)); text-align: start; vertical-align: top; }
th { background: light-dark(oklch(0.968 0.004 260), oklch(0.215 0.009 260)); font-weight: 600; }
hr { height: 1px; margin: 2em 0; border: 0; background: light-dark(oklch(0.9 0.007 260), oklch(0.3 0.011 260)); }
img { max-width: 100%; height: auto; }
.no-picture { padding: 0.1em 0.4em; border: 1px dashed light-dark(oklch(0.62 0.011 260), oklch(0.58 0.012 260)); border-radius: 4px; color: light-dark(oklch(0.44 0.012 260), oklch(0.75 0.01 260)); }
`
