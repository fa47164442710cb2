import { expect, test } from '@jest/globals'
import { asOwner, asUser, isOwner, ownerOf } from '../../../src/facts/accounts/as-user.js'

test.each([
  ['app 1000', { name: 'app', id: '1000' }],
  ['domain users 5513', { name: 'domain users', id: '5513' }],
  ['UNKNOWN 4711', { name: 'UNKNOWN', id: '4711' }],
  ['app', undefined],
  ['1000', undefined],
  [' 1000', undefined],
  ['app 10a', undefined],
  ['app 1000 1000x', undefined],
  ['noise\napp 1000', undefined],
  ['app 1000\n', undefined],
  ['', undefined],
])('stat(1) says %j', (text, owner) => {
  expect(ownerOf(text)).toEqual(owner)
})

test.each([
  ['app', true],
  ['1000', true],
  ['root', false],
  ['0', false],
])('%s is the owner: %p', (wanted, is) => {
  expect(isOwner({ name: 'app', id: '1000' }, wanted)).toBe(is)
})

test('who runs commands as an owner runs them as a user', () => {
  expect(asUser.text).toContain('fettle_as() {')
  expect(asOwner.text).toContain('fettle_as() {')
  expect(asOwner.text).toContain('fettle_as_owner() {')
})
