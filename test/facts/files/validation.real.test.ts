import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import {
  validationFact,
  type Validated,
  type ValidationKey,
} from '../../../src/facts/files/validation.js'
import { runIn, shells } from '../../shells.js'

const left = (): readonly string[] =>
  readdirSync('/dev/shm').filter((name) => name.startsWith('fettle-try'))

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'validation-'))
    mkdirSync(join(dir, 'parts'))
    writeFileSync(join(dir, 'parts/a'), 'part\n')
    writeFileSync(join(dir, 'app.conf'), 'present\n')
  })
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const read = (...questions: readonly Partial<ValidationKey>[]): readonly Fact<Validated>[] => {
    const keys = questions.map((question) => ({
      path: join(dir, 'app.conf'),
      line: 'true %s',
      content: 'wanted\n',
      mode: 0o640,
      ...question,
    }))
    return validationFact.parse(runIn(shell, validationFact.script(keys)), keys)
  }
  const told = (fact: Fact<Validated> | undefined): string => {
    if (fact?.is !== 'present') return String(fact?.is)
    const { status, presentStatus, words, folder } = fact.value
    return `${String(status)} ${String(presentStatus)} ${words.replaceAll(folder, 'FOLDER')}`
  }

  test.each<[what: string, question: Partial<ValidationKey>, says: string]>([
    ['the new content', { line: 'grep -q wanted %s' }, '0 null '],
    ['a secret', { line: 'grep -q hunter2 %s', content: new Secret('hunter2hunter2') }, '0 null '],
    ['no content', { line: '[ -f %s ] && [ ! -s %s ]', content: '' }, '0 null '],
    ['its mode', { line: '[ "$(stat -c %a -- "$1")" = 640 ]' }, '0 null '],
    ['what is beside it', { line: 'grep -q part "$(dirname %s)"/parts/a' }, '0 null '],
    ['what is refused', { line: 'cat %s; grep -q present %s' }, '1 0 wanted\n'],
    ['what the present content is, too', { line: 'echo %s; false' }, '1 1 FOLDER/app.conf\n'],
    ['a new file', { path: '/none/new', line: 'false %s' }, '1 null '],
    ['no such program', { line: '/none/program %s 2>/dev/null' }, '127 127 '],
    ['an owner that is not there', { account: 'nobody-has-this' }, 'absent'],
  ])('tries %s', (_, question, says) => expect(told(read(question)[0])).toBe(says))

  test('tries each with its own content, and leaves nothing', () => {
    const facts = read(
      { content: 'a\n', line: 'cat %s' },
      { content: 'b\n', account: 'nobody-has-this' },
      { content: 'c\n', line: 'cat %s' },
    )
    expect(facts.map(told)).toEqual(['0 null a\n', 'absent', '0 null c\n'])
    expect(left()).toEqual([])
  })
})
