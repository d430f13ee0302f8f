#!/usr/bin/env node
import { main } from './main.ts'

// `main` never rejects; a module that waited here could not be required.
void main(process.argv.slice(2)).then(({ stdout, stderr, code }) => {
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
})
