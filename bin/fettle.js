#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

// In a clone, what is missing or out of date is installed and built first; an installed package has no such script.
const bootstrap = new URL('../scripts/bootstrap.mjs', import.meta.url)
if (existsSync(bootstrap)) {
  const { prepare } = await import(bootstrap)
  await prepare({ ask: !process.argv.includes('--yes') }).catch((error) => {
    process.stderr.write(`fettle: ${error.message}\n`)
    process.exit(1)
  })
}

if (process.argv[2] === 'lab') {
  // It starts programs of its own, from their own files.
  const { main } = await import('../dist/src/cli/main.js')
  await main(process.argv)
} else {
  const { main } = createRequire(import.meta.url)('../dist/fettle/main.cjs')
  await main(process.argv, undefined, undefined, async () => (await import('./program.js')).loadProgram())
}
