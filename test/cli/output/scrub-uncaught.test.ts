import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@jest/globals'

const source = (path: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../src', path)).href)

/** The last output of a process whose uncaught errors are scrubbed, after it does something. */
function ended(
  deed: string,
  env: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stderr: string } {
  const program = `import { createJiti } from 'jiti'
const jiti = createJiti(import.meta.url)
const { scrubUncaught } = await jiti.import(${source('cli/output/scrub-uncaught.ts')})
const { scrub } = await jiti.import(${source('core/scrub/scrub.ts')})
const { Secret } = await jiti.import(${source('core/secret.ts')})
new Secret('words-0815-x')
scrubUncaught(() => Promise.resolve({ scrub }))
${deed}`
  const options = {
    cwd: join(import.meta.dirname, '../../..'),
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  } as const
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], options)
}

const failing =
  "throw Object.assign(new Error('no words-0815-x', { cause: new Error('words-0815-x') }), { sql: 'SET words-0815-x' })"
const rejecting =
  "void Promise.reject(new Error('no words-0815-x')); await new Promise((done) => setTimeout(done, 1000))"

test.each([
  [
    'an error that nobody catches, with what hangs on it',
    failing,
    /^Error: no \[secret\]\n[^]*sql: 'SET \[secret\]',\n[^]*Error: \[secret\]\n/,
    1,
  ],
  ['a promise that nobody waits for', rejecting, /Error: no \[secret\]\n/, 1],
  [
    'a warning',
    "process.emitWarning('mind words-0815-x')",
    /^\(node:\d+\) Warning: mind \[secret\]\n$/,
    0,
  ],
])('%s', (_, deed, expected, status) => {
  const said = ended(deed)
  expect(said.stderr).toMatch(expected)
  expect(said.stderr).not.toContain('0815')
  expect(said.status).toBe(status)
})

test('warnings that are off stay off', () => {
  expect(ended("process.emitWarning('mind words-0815-x')", { NODE_NO_WARNINGS: '1' }).stderr).toBe(
    '',
  )
})
