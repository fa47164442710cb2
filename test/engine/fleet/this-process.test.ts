import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { hasEnded, thisProcess } from '../../../src/engine/fleet/this-process.js'

/** On Linux only: elsewhere processes are not identified. */
const here = thisProcess()
if (here === null) throw new Error('this system does not tell its processes apart')

test('this process has not ended, and its name is one word', () => {
  expect(hasEnded(here, here.name)).toBe(false)
  expect(here.name).toMatch(/^[0-9a-f-]{36}\/pid:\[\d+\]\/\d+\/\d+$/)
})

test('an ended process, or another one with its id, is recognised', async () => {
  const child = spawn('sleep', ['1000'])
  await once(child, 'spawn')
  const id = String(child.pid)
  const start =
    readFileSync(`/proc/${id}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? ''
  expect([
    hasEnded(here, `${here.place}${id}/${start}`),
    hasEnded(here, `${here.place}${id}/1`),
  ]).toEqual([false, true])
  const closed = once(child, 'close')
  child.kill()
  await closed
  expect(hasEnded(here, `${here.place}${id}/${start}`)).toBe(true)
})
