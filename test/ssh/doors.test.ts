import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { Doors } from '../../src/ssh/doors.js'

test('so many at once at each door, the others in the order of coming', async () => {
  const doors = new Doors(2)
  const seen: string[] = []
  let [inside, most] = [0, 0]
  const visit = async (door: string, name: string): Promise<void> => {
    const leave = await doors.enter(door)
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

test('who gives up waiting takes no place', async () => {
  const doors = new Doors(1)
  const leave = await doors.enter('a')
  const abort = new AbortController()
  const impatient = doors.enter('a', abort.signal)
  const patient = doors.enter('a')
  abort.abort(new Error('stopped'))
  await expect(impatient).rejects.toThrow('stopped')
  leave()
  expect(await patient).toBeInstanceOf(Function)
})
