import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { cacheFolder, ensureOwn } from '../../src/lab/places.js'
import { problem, project } from '../inventory/project.js'

describe('a folder of the lab', () => {
  test('is made', () => {
    const folder = join(project({}), 'a/b')
    ensureOwn(folder)
    ensureOwn(folder)
    expect(statSync(folder).isDirectory()).toBe(true)
  })

  test.each<readonly [what: string, spoil: (folder: string) => void, said: string]>([
    ['that everybody may write', (folder) => chmodSync(folder, 0o777), 'everybody may write'],
    ['that is a link', (folder) => symlinkSync(folder, `${folder}-link`), 'it is a symbolic link'],
    ...(process.getuid?.() === 0
      ? ([
          [
            'of somebody else',
            (folder: string) => chownSync(folder, 65534, 65534),
            'belongs to nobody',
          ],
        ] as const)
      : []),
  ])('%s is refused', async (_, spoil, said) => {
    const folder = join(project({}), 'lab')
    mkdirSync(folder)
    spoil(folder)
    const given = said.includes('link') ? `${folder}-link` : folder
    expect(await problem(() => ensureOwn(given))).toBe(
      `lab-unavailable: ${given} cannot be used, because the lab acts as root on what lies there: ${said}\n→ remove it, or close it: chown root: ${given} && chmod go-w ${given}`,
    )
  })
})

describe('the cache folder', () => {
  const before = process.env['XDG_CACHE_HOME']
  afterEach(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before
  })

  test.each([
    ['/var/cache/mine', '/var/cache/mine/fettle/lab'],
    ['cache', expect.stringMatching(/^\/.*\/\.cache\/fettle\/lab$/)],
    ['', expect.stringMatching(/^\/.*\/\.cache\/fettle\/lab$/)],
  ])('with XDG_CACHE_HOME=%j', (given, expected) => {
    process.env['XDG_CACHE_HOME'] = given
    expect(cacheFolder()).toEqual(expected)
  })
})
