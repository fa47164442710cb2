import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { Semaphores } from '../../src/core/semaphores.js'

test('at most n holders for each key, the others wait in FIFO order', async () => {
  const semaphores = new Semaphores(2)
  const seen: string[] = []
  let [inside, most] = [0, 0]
  const visit = async (key: string, name: string): Promise<void> => {
    const leave = await semaphores.acquire(key)
    most = Math.max(most, (inside += 1))
    seen.push(name)
    await delay(1)
    inside -= 1
    leave()
    leave()
  }
  await Promise.all(['1', '2', '3', '4', '5'].map((name) => visit('a', name)))
  expect([most, seen]).toEqual([2, ['1', '2', '3', '4', '5']])
  await Promise.all([
    visit('a', '6'),
    visit('a', '7'),
    visit('b', '8'),
    visit('b', '9'),
    visit('b', '10'),
  ])
  expect(most).toBe(4)
})

test('an aborted wait takes no permit', async () => {
  const semaphores = new Semaphores(1)
  const leave = await semaphores.acquire('a')
  const abort = new AbortController()
  const impatient = semaphores.acquire('a', abort.signal)
  const patient = semaphores.acquire('a')
  abort.abort(new Error('stopped'))
  await expect(impatient).rejects.toThrow('stopped')
  leave()
  expect(await patient).toBeInstanceOf(Function)
})
