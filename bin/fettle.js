#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// V8's optimizing compiler took 0.3 of the 1.0 s of processor time of a run with 50 hosts, which
// was over before that paid. With sixty times the usual budget it waits for what is hot in runs of
// many hundreds. V8 says so on standard error when it does not know an option, so each Node gets
// its own: with Node 22 this saves 15 %, and with 24 and 26 too little to be measured.
const patience = { 20: '--interrupt-budget=4000000', 22: '--invocation-count-for-turbofan=180000' }[
  process.versions.node.split('.')[0]
]
if (patience !== undefined) setFlagsFromString(patience)

// In a clone, what is missing or out of date is installed and built first; an installed package has
// no such script.
const bootstrap = new URL('../scripts/bootstrap.mjs', import.meta.url)
if (existsSync(bootstrap)) {
  const { prepare } = await import(bootstrap)
  await prepare({ ask: !process.argv.includes('--yes') }).catch((error) => {
    process.stderr.write(`fettle: ${error.message}\n`)
    process.exit(1)
  })
}

const { main } = createRequire(import.meta.url)('../dist/fettle/main.cjs')
await main(process.argv)
