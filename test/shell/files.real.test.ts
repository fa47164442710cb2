import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { shellFiles, shortened, shortNames } from '../../scripts/build/shell/shorten.mjs'
import { ifAble } from '../if-able.js'
import { shells } from '../shells.js'

const files = shellFiles('src')
const names = shortNames('src')

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0
// The README's test command installs it.
ifAble(hasShellcheck, 'shellcheck').test('shellcheck has nothing to say of the shell files', () => {
  const { stdout } = spawnSync(
    'shellcheck',
    files.map((file) => `src/${file}`),
    { encoding: 'utf8' },
  )
  expect(stdout).toBe('')
})

test.each(files)('%s is understood by each shell, as it travels', (file) => {
  const text = shortened(readFileSync(`src/${file}`, 'utf8'), names)
  for (const { command } of shells)
    execFileSync(command[0] ?? '', [...command.slice(1), '-n', '-c', text])
})

test.each(files)('%s keeps to the names', (file) => {
  const text = readFileSync(`src/${file}`, 'utf8')
  const functions = [...text.matchAll(/^ *(\w+)\(\)/gm)].map(([, name]) => name)
  expect(functions.filter((name) => !/^fettle_|_$/.test(name ?? ''))).toEqual([])
  // `[A-Za-z_]` would be shortened: `[_A-Za-z]` is not.
  expect(text).not.toMatch(/-[a-z]_/)
})
