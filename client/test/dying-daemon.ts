/** A daemon that ends before it can be reached. */
process.stderr.write('first line\nno engine in this one\n')
process.exit(3)
