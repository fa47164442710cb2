import { describe, expect, test } from '@jest/globals'
import { backendFact, present } from '../../src/core/fact.js'
import { Later, request, type FactSource } from '../../src/core/later.js'
import { reveal, Secret } from '../../src/core/secret.js'
import { json, secret, uri } from '../../src/core/secret-text.js'
import { projectFiles } from '../../src/facts/files/project-file.js'

const kind = backendFact({
  backend: projectFiles,
  name: 'test',
  read: (_, key: string) => Promise.resolve(present<unknown>(key)),
})
const later = <T>(value: T): Later<T> =>
  Later.fact(request(kind, 'key'), value, 'the test value') as Later<T>

/** A source in which every fact has this value. */
const source = (value: unknown): FactSource => ({
  fact: () => present(value) as never,
  standIns: false,
})

function known<T>(value: Later<T>, fact: unknown): T {
  const evaluated = Later.evaluate(value, source(fact))
  if (!evaluated.known) throw new Error(evaluated.reason)
  return evaluated.value
}

describe('secret', () => {
  test('of text', () => {
    expect(reveal(secret('p@ss'))).toBe('p@ss')
  })

  test('joins strings, numbers and Secrets', () => {
    const joined: Secret = secret`mysql+pymysql://${'app'}:${uri(secret('p@ss/w ord'))}@localhost:${3306}/${'db'}?charset=utf8mb4`
    expect(reveal(joined)).toBe(
      'mysql+pymysql://app:p%40ss%2Fw%20ord@localhost:3306/db?charset=utf8mb4',
    )
    expect(reveal(secret`plain`)).toBe('plain')
    expect(reveal(secret`${''}${secret('a')}${'b'}`)).toBe('ab')
  })

  test('with a Later it is a Later', () => {
    const joined: Later<Secret> = secret`user=${'app'} password=${uri(later(new Secret('')))}`
    expect(joined.requests).toHaveLength(1)
    expect(reveal(known(joined, new Secret('a b')))).toBe('user=app password=a%20b')
  })
})

describe('uri and json keep the kind of value', () => {
  test('text', () => {
    const encoded: string = uri('ü &+/%')
    expect(encoded).toBe('%C3%BC%20%26%2B%2F%25')
    expect(json('a"b\n')).toBe('"a\\"b\\n"')
  })

  test('a Secret', () => {
    expect(reveal(uri(new Secret('a b')))).toBe('a%20b')
    expect(reveal(json(new Secret('a"b')))).toBe('"a\\"b"')
  })

  test('a Later of either', () => {
    const text: Later<string> = uri(later('x'))
    const hidden: Later<Secret> = json(later(new Secret('x')))
    expect(known(text, 'a b')).toBe('a%20b')
    expect(reveal(known(hidden, new Secret('"')))).toBe('"\\""')
  })
})
