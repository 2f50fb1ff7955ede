/** A daemon that says which compile cache it was given, and ends. */
process.stderr.write(`compile cache: ${process.env['NODE_COMPILE_CACHE'] ?? 'none'}\n`)
process.exit(3)
