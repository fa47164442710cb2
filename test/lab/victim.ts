import { openLab } from '../../src/lab/lab.js'

// A program that boots a host, reports it, and waits to be killed.
const lab = await openLab()
await lab.boot()
process.stdout.write(`${lab.id}\n`)
setInterval(() => undefined, 60_000)
