#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// V8's optimizing compiler took 0.3 of the 1.0 s of processor time of a run with 50 hosts, which was over before that paid. With sixty times
// the usual budget it waits for what is hot in runs of many hundreds.
setFlagsFromString('--interrupt-budget=4000000')

// In a clone, what is missing or out of date is installed and built first; an installed package has no such script.
const bootstrap = new URL('../scripts/bootstrap.mjs', import.meta.url)
if (existsSync(bootstrap)) {
  const { prepare } = await import(bootstrap)
  await prepare({ ask: !process.argv.includes('--yes') }).catch((error) => {
    process.stderr.write(`fettle: ${error.message}\n`)
    process.exit(1)
  })
}

if (['lab', 'demo'].includes(process.argv[2])) {
  // They start programs of their own, from their own files.
  const { main } = await import('../dist/src/cli/main.js')
  await main(process.argv)
} else {
  const { main } = createRequire(import.meta.url)('../dist/fettle/main.cjs')
  await main(process.argv, undefined, undefined, async () => (await import('./program.js')).loadProgram())
}
