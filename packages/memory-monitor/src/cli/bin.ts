#!/usr/bin/env node
import { main } from './main.ts'

// Who reads may have left before the end, as `head` does: that is no failure of the command.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

// `main` never rejects; a module that waited here could not be required.
void main(process.argv.slice(2)).then(({ stdout, stderr, code }) => {
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  process.exitCode = code
})
