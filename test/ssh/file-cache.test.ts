import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { FileCache } from '../../src/ssh/file-cache.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-cache-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a file is read once while it stays the same', async () => {
  const path = join(directory, 'file')
  let reads = 0
  const cache = new FileCache((name) => {
    reads += 1
    return Promise.resolve(readFileSync(name, 'utf8'))
  })
  expect(await cache.get(path)).toBeNull()
  writeFileSync(path, 'a')
  expect(await Promise.all([cache.get(path), cache.get(path), cache.get(path)])).toEqual([
    'a',
    'a',
    'a',
  ])
  expect(reads).toBe(1)
  appendFileSync(path, 'b')
  expect([await cache.get(path), await cache.get(path), reads]).toEqual(['ab', 'ab', 2])
  rmSync(path)
  expect(await cache.get(path)).toBeNull()
})

test('an error of reading a file is thrown each time', async () => {
  const cache = new FileCache((name) => Promise.resolve(name))
  for (const again of [1, 2])
    await expect(
      cache.get(join(directory, `${'x'.repeat(300)}${String(again)}`)),
    ).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
})
