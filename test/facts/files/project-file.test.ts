import { expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import { FileInput } from '../../../src/core/sh.js'
import {
  projectFiles,
  sourceContentFact,
  sourceFact,
  templateFact,
  type ProjectReader,
} from '../../../src/facts/files/project-file.js'

const closed = unknown('it may not be read', 'let it be read')
const texts = new Map<string, Fact<string>>([
  ['templates/app.conf', present('text')],
  ['templates/closed', closed],
])
const image = new FileInput('/project/app.img', 'app.img', 5e9, 'f'.repeat(64))
const reader: ProjectReader = {
  readText: (path) => Promise.resolve(texts.get(path) ?? absent),
  readBytes: (path) => Promise.resolve(path === 'app.bin' ? present(Buffer.from('bytes')) : absent),
  readContent: (path) => Promise.resolve(path === 'app.img' ? present(image) : absent),
}

test('templates are texts of their own folder', async () => {
  expect(await templateFact.read(reader, 'app.conf')).toEqual(present('text'))
  expect(await templateFact.read(reader, 'closed')).toEqual(closed)
})

test('other files are bytes', async () => {
  expect(await sourceFact.read(reader, 'app.bin')).toEqual(present(Buffer.from('bytes')))
})

test('of a large file of content the digest is enough', async () => {
  expect(await sourceContentFact.read(reader, 'app.img')).toEqual(present(image))
})

test('what is missing in the project is an error, and no state of the host', async () => {
  const remedy = 'create the file or correct its name'
  expect(await templateFact.read(reader, 'none')).toEqual(
    unknown('templates/none does not exist in the project', remedy),
  )
  expect(await sourceFact.read(reader, 'none.bin')).toEqual(
    unknown('none.bin does not exist in the project', remedy),
  )
  expect(await sourceContentFact.read(reader, 'none.img')).toEqual(
    unknown('none.img does not exist in the project', remedy),
  )
})

test('the project is read once in a run, before anything connects', () => {
  expect(projectFiles).toMatchObject({ name: 'project', scope: 'run', early: true })
  expect([templateFact, sourceFact, sourceContentFact].map(({ name }) => name)).toEqual([
    'template',
    'source',
    'source content',
  ])
})
