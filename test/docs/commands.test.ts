import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { main } from '../../src/cli/main.js'
import { fakeProcess } from '../cli/process.js'
import { project } from '../inventory/project.js'

const docs = join(import.meta.dirname, '../../docs')
const page = readFileSync(join(docs, 'commands.md'), 'utf8')
const valid = new Ajv({ allErrors: true, strictTypes: false }).compile(
  JSON.parse(readFileSync(join(docs, 'commands.schema.json'), 'utf8')) as object,
)
function faults(line: string): readonly string[] {
  if (valid(JSON.parse(line))) return []
  const errors = valid.errors ?? []
  const told = errors.map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
  return [`${line}: ${told.join(', ')}`]
}

const jsonOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith('{'))

test('the examples of the page are as the schema describes them', () => {
  expect(jsonOf(page).length).toBeGreaterThan(5)
  expect(jsonOf(page).flatMap(faults)).toEqual([])
})

describe('printed secrets are masked too', () => {
  const cwd = project({
    'inventory/hosts.yml':
      'all:\n  hosts:\n    here: { ansible_connection: local }\n    there: { ansible_connection: local }\n',
  })
  test.each([
    ['run echo -l here', ['command', 'summary']],
    ['run false -l all', ['command', 'command', 'summary']],
    ['run hostname -l here --stream', ['line', 'command', 'summary']],
    ['run true -l nowhere', ['error']],
    ['run true', ['error']],
    ['ping -l here', ['ping', 'summary']],
    ['facts', ['facts', 'facts', 'summary']],
    ['facts here -l there', ['error']],
  ])('fettle %s --json', async (words, types) => {
    const io = { ...fakeProcess(), cwd }
    await main(['node', 'fettle', ...words.split(' '), '--json'], io)
    const lines = io.stdout.text.trimEnd().split('\n')
    expect(lines.flatMap(faults)).toEqual([])
    expect(lines.map((line) => (JSON.parse(line) as { readonly type: string }).type)).toEqual(types)
  })
})

test('the page names every command', async () => {
  const io = fakeProcess()
  await main(['node', 'fettle', '--help'], io)
  const commands = [...io.stdout.text.matchAll(/^ {2}([a-z]+) (?:\[|<| {2,})/gm)].flatMap(
    ([, name]) => name ?? [],
  )
  expect(commands).toEqual(expect.arrayContaining(['plan', 'run', 'completion']))
  expect(
    commands.filter(
      (name) =>
        name !== 'help' && !page.includes(`fettle ${name}`) && !page.includes(`\`${name}\``),
    ),
  ).toEqual([])
})
