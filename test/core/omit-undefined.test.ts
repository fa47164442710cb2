import { expect, test } from '@jest/globals'
import { omitUndefined } from '../../src/core/omit-undefined.js'

test('members that are undefined are left out, all others stay', () => {
  const members = { name: 'web1', port: undefined, user: null, count: 0, text: '', is: false }
  const made = omitUndefined(members)
  expect(Object.keys(made)).toEqual(['name', 'user', 'count', 'text', 'is'])
  expect(made).toStrictEqual({ name: 'web1', user: null, count: 0, text: '', is: false })
})

test('what may be undefined becomes optional in the type', () => {
  const port: number | undefined = ([] as readonly number[])[0]
  const target: { readonly name: string; readonly port?: number } = omitUndefined({
    name: 'web1',
    port,
  })
  expect(target).toStrictEqual({ name: 'web1' })
})
