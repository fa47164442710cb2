import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { withAttributes, type NewAttributes } from '../../../src/resources/files/new-attributes.js'

const content = 'x'.repeat(1229)

test.each<[says: string, NewAttributes]>([
  [
    'create file: 0640 root:www-data, 1.2 KiB',
    { mode: 0o640, owner: 'root', group: 'www-data', content },
  ],
  [
    'create file: 4755 0:33, 3 bytes',
    { mode: 0o4755, owner: 0, group: 33, content: new Uint8Array(3) },
  ],
  ['create file: 0640, owner root', { mode: 0o640, owner: 'root' }],
  ['create file: 0640, group adm', { mode: 0o640, group: 'adm' }],
  ['create file: 0644, 0 bytes', { mode: 0o644, content: '' }],
  ['create file: root:adm', { owner: 'root', group: 'adm' }],
  ['create file: owner root, 1.2 KiB', { owner: 'root', content }],
  ['create file', {}],
  ['create file: 0600', { mode: 0o600, content: new Secret('the size is a hint') }],
  ['create file: 0600', { mode: 0o600, content, sensitive: true }],
])('%s', (says, made) => expect(withAttributes('create file', made)).toBe(says))
