import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { project } from '../inventory/project.js'

const source = (says: string): string =>
  `(function (exports, require, module) { module.exports = { says: () => ${JSON.stringify(says)} } })`

/** Loads the program and prints its output. */
const load = `
const { loadProgram } = await import(process.argv[1])
console.log(loadProgram().says())`

/**
 * Puts cached data of another program into the cache: V8 compares only the lengths of their texts.
 */
const plant = `
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Script } from 'node:vm'
const [, path, source] = process.argv
const script = new Script(source)
const module = {}
script.runInThisContext()({}, null, module)
module.exports.says()
const data = script.createCachedData()
writeFileSync(path, Buffer.concat([createHash('sha256').update(data).digest(), data]))`

const run = (
  code: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code, ...argv], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  }).trim()

/** An installed program that was started once, with planted files in its cache. */
function started() {
  const home = project({
    'dist/fettle/program.cjs': source('ours'),
    'dist/fettle/id': 'id',
    'package.json': '{ "type": "module" }',
  })
  mkdirSync(join(home, 'bin'))
  copyFileSync(resolve(import.meta.dirname, '../../bin/program.js'), join(home, 'bin/program.js'))
  const folder = join(home, 'cache/fettle/program')
  const start = (): string =>
    run(load, [join(home, 'bin/program.js')], { XDG_CACHE_HOME: join(home, 'cache') })
  expect(start()).toBe('ours')
  const [name = ''] = readdirSync(folder)
  const kept = join(folder, name)
  const modes = [folder, kept].map((path) => (statSync(path).mode & 0o777).toString(8))
  run(plant, [kept, source('evil')])
  return { start, folder, kept, modes, home }
}

describe("V8's cached data", () => {
  test('is stored for this user alone, and used from there', () => {
    const { start, modes } = started()
    expect(modes).toEqual(['700', '600'])
    // A control: without the owner check the other rows would have this result.
    expect(start()).toBe('evil')
  })

  type Spoilt = readonly [what: string, spoil: (kept: string) => void]
  const spoiltByRoot: readonly Spoilt[] = [
    ['of somebody else', (kept) => chownSync(kept, 65534, 65534)],
    ['in a folder of somebody else', (kept) => chownSync(dirname(kept), 65534, 65534)],
  ]
  const asRoot = process.getuid?.() === 0
  test.each<Spoilt>([
    ['that everybody may write', (kept) => chmodSync(kept, 0o606)],
    ['in a folder that everybody may write', (kept) => chmodSync(dirname(kept), 0o777)],
    ['in a folder that a group may write', (kept) => chmodSync(dirname(kept), 0o770)],
    [
      'that is a link',
      (kept) => {
        renameSync(kept, `${kept}.elsewhere`)
        symlinkSync(`${kept}.elsewhere`, kept)
      },
    ],
    [
      'in a folder that is a link',
      (kept) => {
        renameSync(dirname(kept), `${dirname(kept)}.elsewhere`)
        symlinkSync(`${dirname(kept)}.elsewhere`, dirname(kept))
      },
    ],
    ...(asRoot ? spoiltByRoot : []),
  ])('%s is not used', (_, spoil) => {
    const { start, kept } = started()
    spoil(kept)
    expect(start()).toBe('ours')
  })

  test('is never stored below the current folder', () => {
    const { home } = started()
    rmSync(join(home, 'cache'), { recursive: true })
    writeFileSync(
      join(home, 'say.mjs'),
      `import { loadProgram } from './bin/program.js'\nloadProgram()`,
    )
    execFileSync(process.execPath, ['say.mjs'], {
      cwd: home,
      env: { ...process.env, HOME: join(home, 'home'), XDG_CACHE_HOME: 'cache' },
    })
    expect([
      existsSync(join(home, 'cache')),
      existsSync(join(home, 'home/.cache/fettle/program')),
    ]).toEqual([false, true])
  })
})
