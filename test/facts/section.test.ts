import { expect, test } from '@jest/globals'
import { answersOf, sectionsOf } from '../../src/facts/section.js'

const bytes = (text: string): Buffer => Buffer.from(text)

test.each([
  ['', []],
  ['@git\n', ['']],
  ['@git\none\ntwo\n@git\nthree\n', ['one\ntwo\n', 'three\n']],
  // What comes before is nobody's, such as what a login shell says.
  ['Welcome\n@git\none\n', ['one\n']],
  ['@git one\n @git\n@gits\n@git', []],
  ['@git\n\u2028@git\n\u2029@git\n\r@git\n', ['\u2028@git\n\u2029@git\n\r@git\n']],
])('the sections of %j', (text, sections) => {
  expect(sectionsOf(bytes(text), 'git')).toEqual(sections)
})

test.each([
  ['@git\none\n@status 0\n', [{ answer: 'one\n', status: '0' }]],
  ['@git\n@status 128\n', [{ answer: '', status: '128' }]],
  [
    '@git\none\n@status 1\n@git\ntwo\n@status 0\n',
    [
      { answer: 'one\n', status: '1' },
      { answer: 'two\n', status: '0' },
    ],
  ],
  // A command can say such a line too, and say it first.
  ['@git\n@status 0\n@status 1\n', [{ answer: '@status 0\n', status: '1' }]],
  ['@git\none\n', [undefined]],
  ['@git\none\n@status \n', [undefined]],
  ['@git\none\n@status x1\n', [undefined]],
  ['@git\none\n@status 1', [undefined]],
  ['@git\none\n@status 1 2\n', [undefined]],
  ['@git\none @status 1\n', [undefined]],
  ['@git\n@git\n@status 0\n', [undefined, { answer: '', status: '0' }]],
])('the answers in %j', (text, answers) => {
  expect(answersOf(bytes(text), 'git')).toEqual(answers)
})
