import { describe, expect, test } from '@jest/globals'
import { parseRequirements, unmet } from '../../../src/facts/python/requirements.js'

describe('requirements', () => {
  const installed = [
    { name: 'Flask', version: '2.2.2' },
    { name: 'ruamel.yaml', version: '0.17.21rc1' },
    { name: 'x', version: '1.0+local1' },
    { name: 'odd', version: 'whatever' },
  ]
  test.each([
    'flask',
    'Flask==2.2.2',
    'flask>=2,',
    'flask>=2,<3',
    'flask >= 2 , < 3',
    'flask~=2.2.0',
    'flask==2.*',
    'flask===2.2.2',
    'flask[async,dotenv]>=2',
    'flask (>=2)',
    'Ruamel_YAML>=0.17',
    'ruamel-yaml',
    'x==1.0',
    'odd',
    'flask # why',
    '# only words',
    '',
    'flask==2.2.2 --hash=sha256:abc',
    'flask==2.2.2 \\\n    --hash=sha256:a \\\n    --hash=sha256:b',
    '--index-url https://example.org/simple\nflask',
    '\ufeffflask'.slice(1),
    'flask\r\nx\r\n',
  ])('%j is met', (text) => {
    const { simple, forPip, unclear } = parseRequirements(text)
    expect([unmet(simple, installed), forPip, unclear]).toEqual([[], [], []])
  })
  test.each([
    ['flask!=2.2.2', 'flask!=2.2.2 (2.2.2 is installed)'],
    ['flask>=3', 'flask>=3 (2.2.2 is installed)'],
    ['flask==2.2', 'flask==2.2 (2.2.2 is installed)'],
    ['x==1.0+local2', 'x==1.0+local2 (1.0+local1 is installed)'],
    ['odd>=1', 'odd>=1 (whatever is installed)'],
    ['gunicorn', 'gunicorn'],
  ])('%s is not', (text, missing) => {
    expect(unmet(parseRequirements(text).simple, installed)).toEqual([missing])
  })
  test.each<[string, string, string]>([
    ['flask', 'flask', ''],
    ['A', 'a', ''],
    ['x9', 'x9', ''],
    ['a-r', 'a-r', ''],
    ['a-e', 'a-e', ''],
    ['Ruamel._-YAML', 'ruamel-yaml', ''],
    ['flask>=2,<3', 'flask', '>=2,<3'],
    ['flask  >= 2 , < 3', 'flask', '>= 2 , < 3'],
    ['flask (>=2)', 'flask', '>=2'],
    ['flask( >=2 )', 'flask', '>=2'],
    ['flask()', 'flask', ''],
    ['flask[async, dotenv]>=2', 'flask', '>=2'],
    ['flask [] (==2.*)', 'flask', '==2.*'],
    ['flask[async]', 'flask', ''],
    ['flask===2+x', 'flask', '===2+x'],
  ])('%s is of one name and specifier', (text, name, specifier) => {
    expect(parseRequirements(text)).toEqual({
      simple: [{ text, name, specifier }],
      forPip: [],
      unclear: [],
    })
  })
  test.each<[string, string, readonly string[]]>([
    ['several lines', 'flask\nsix\n', ['flask', 'six']],
    ['lines of Windows', 'flask\r\nsix\r\n', ['flask', 'six']],
    ['blanks around', '  flask \n\n\tsix\t', ['flask', 'six']],
    ['a comment', '# all\nflask # why\nsix\t#', ['flask', 'six']],
    ['a line that goes on', 'flask \\\n>=2\nsix\\\r\n>=1', ['flask  >=2', 'six >=1']],
    ['hashes', 'flask==2 --hash=sha256:a --hash sha256:b\nsix', ['flask==2', 'six']],
    ['options', '--index-url https://example.org\n-f /srv/wheels\nflask', ['flask']],
  ])('%s', (_, text, lines) => {
    expect(parseRequirements(text).simple.map((each) => each.text)).toEqual(lines)
  })
  test('each line is told by its kind, in the order of the file', () => {
    expect(parseRequirements('-r a.txt\nb\n-e .\nc; x\nd\ne @ f\n')).toEqual({
      simple: [
        { text: 'b', name: 'b', specifier: '' },
        { text: 'd', name: 'd', specifier: '' },
      ],
      forPip: ['-r a.txt', 'c; x'],
      unclear: ['-e .', 'e @ f'],
    })
  })
  test.each([
    'flask; python_version > "3"',
    '-r other.txt',
    '--requirement=other.txt',
    '-c limits.txt',
    '--constraint limits.txt',
    'flask>=2;x',
  ])('%s needs Python', (text) => {
    expect(parseRequirements(text)).toEqual({ simple: [], forPip: [text], unclear: [] })
  })
  test.each([
    '-e .',
    '--editable=.',
    './local',
    '/srv/local',
    'a @ https://example.org/a.whl',
    'git+https://example.org/a',
    'flask=2',
    'flask>>2',
    'flask~=2',
    'flask>=2.*',
    'flask>2+local',
    'flask==2.x',
    'flask two',
    '$(id)',
    '-e git+ssh://x ; y',
    'a@b',
    'a @ b',
    'a @ b; x',
    './local; x',
    'git+https://example.org/a; x',
    '../local',
    '.',
    '_flask',
    'flask_',
    'flask-',
    'flask.>=2',
    'flask[async',
    'flask]>=2',
    'flask[a][b]',
    'flask (>=2',
    'flask >=2)',
    'flask (>=2) x',
    'flask (>=2)(<3)',
    'flask (=2)',
    'flask#why',
    'flask==2--hash=sha256:a',
  ])('%s is unclear', (text) => {
    expect(parseRequirements(text)).toEqual({ simple: [], forPip: [], unclear: [text] })
  })
})
