import { expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import { sudoers, type SudoersOptions } from '../../../src/resources/accounts/sudoers.js'
import { fileEntry } from '../files/entry.js'

// visudo(8) reads the whole policy and prints what is not Fettle's.
test.each<[string, SudoersOptions]>([
  ['written', { content: 'Defaults:x !lecture\n' }],
  ['removed', { state: 'absent' }],
])('a drop-in that is %s may take its time', (_, options) => {
  const facts = { path: fileEntry(), missingParent: null }
  const made = sudoers('x', options)
  const actions = changesOf(made.plan(facts, made.values, { changing: [] })).flatMap(
    (change) => change.actions,
  )
  expect(actions).toEqual([expect.objectContaining({ long: true })])
})

test('a drop-in is written in one round trip with the files beside it in a task', () => {
  expect(sudoers('x', { content: 'Defaults:x !lecture\n' }).joins).toBe('files')
})
