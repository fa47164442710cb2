import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import { reveal } from '../../src/core/secret.js'
import { env, setProjectDirectory } from '../../src/inventory/environment.js'
import { problem, project } from './project.js'

const name = 'FETTLE_TEST_VALUE'

afterEach(() => {
  Reflect.deleteProperty(process.env, name)
})

describe('env', () => {
  test('takes the environment, else .env, and leaves the environment as it is', () => {
    setProjectDirectory(project({ '.env': `${name}='from the file'\nEMPTY=\n` }))
    expect(env(name)).toBe('from the file')
    expect(process.env[name]).toBeUndefined()
    process.env[name] = 'from the environment'
    expect(env(name)).toBe('from the environment')
    expect(env('EMPTY')).toBe('')
    expect(env.optional(name)).toBe('from the environment')
    expect(env.optional('FETTLE_TEST_NONE')).toBeUndefined()
  })

  test('a secret is one', () => {
    setProjectDirectory(project({ '.env': `${name}="hunter22"` }))
    const secret = env.secret(name)
    expect(reveal(secret)).toBe('hunter22')
    expect(inspect({ secret })).toBe('{ secret: [secret] }')
  })

  test('a name that nobody sets is an error that says where it was looked for', async () => {
    const directory = project({})
    setProjectDirectory(directory)
    const expected = `environment-missing: ${name} is neither in the environment nor in ${directory}/.env\n→ add a line ${name}=… to ${directory}/.env, or set it in the environment`
    expect(await problem(() => env(name))).toBe(expected)
    expect(await problem(() => env.secret(name))).toBe(expected)
    expect(await problem(() => env('constructor'))).toContain('environment-missing')
    expect(await problem(() => env('__proto__'))).toContain('environment-missing')
  })

  test('an empty secret is an error', async () => {
    setProjectDirectory(project({ '.env': `${name}=` }))
    expect(await problem(() => env.secret(name))).toBe(`environment-missing: ${name} is set, and empty\n→ give it a value`)
  })

  test('a .env that cannot be read is an error', async () => {
    const directory = project({ '.env/file': '' })
    setProjectDirectory(directory)
    expect(await problem(() => env(name))).toBe(`source-missing: ${directory}/.env cannot be read (EISDIR)\n→ create the file or correct its path`)
  })
})
