import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { projectReader } from '../../src/backends/local.js'
import { project } from '../inventory/project.js'

const directory = project({ 'text.txt': 'grüße\n', 'latin.txt': Buffer.from([0x67, 0xfc]), 'bytes': Buffer.from([0, 0xff]), 'empty': '' })
mkdirSync(join(directory, 'folder'))
writeFileSync(join(directory, 'marked'), '\ufeffx')
const reader = projectReader(directory)

test.each<[path: string, expected: unknown]>([
  ['text.txt', { is: 'present', value: 'grüße\n' }],
  ['empty', { is: 'present', value: '' }],
  ['marked', { is: 'present', value: '\ufeffx' }],
  ['none', { is: 'absent' }],
  ['text.txt/below', { is: 'absent' }],
  ['folder', { is: 'unknown', reason: 'folder is a directory', remedy: 'name a file that can be read' }],
  ['latin.txt', { is: 'unknown', reason: 'latin.txt is not UTF-8', remedy: 'save it as UTF-8' }],
])('the text of %s', async (path, expected) => expect(await reader.readText(path)).toEqual(expected))

test.each<[path: string, expected: unknown]>([
  ['bytes', { is: 'present', value: new Uint8Array([0, 0xff]) }],
  ['latin.txt', { is: 'present', value: new Uint8Array([0x67, 0xfc]) }],
  ['none', { is: 'absent' }],
  ['folder', { is: 'unknown', reason: 'folder is a directory', remedy: 'name a file that can be read' }],
])('the bytes of %s', async (path, expected) => expect(await reader.readBytes(path)).toEqual(expected))
