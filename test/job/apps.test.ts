import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { render } from '../../src/core/template/template.js'
import { namesOf } from '../../tasks/names.js'
import { AppVars } from '../../tasks/vars.js'

const parsed = (vars: object): ReturnType<typeof AppVars.safeParse> =>
  AppVars.safeParse({
    app: 'demo',
    repository: 'acme/demo',
    hook_url: 'https://demo.example.org/hooks/demo',
    ...vars,
  })

describe('apps of other kinds', () => {
  test.each<[string, object]>([
    ['a factory', { wsgi: 'app:create_app()' }],
    ['a factory with arguments', { wsgi: "shop.web:make_app('production', debug=False)" }],
    ['a socket', { bind: 'unix:/run/demo/gunicorn.sock' }],
    ['a page of its own', { page: '/health?deep=1', page_status: 204 }],
    ...['feature/x#1', 'release/1.0', "it's", 'ünïcode', 'a@b', 'x$(y)', 'fix-%20'].map(
      (branch): [string, object] => [`the branch ${branch}`, { branch }],
    ),
  ])('%s', (_, vars) => {
    expect(parsed(vars).error?.issues ?? []).toEqual([])
  })

  test.each<[string, object, string, string]>([
    ...[
      'a b',
      '-x',
      'a..b',
      'a~1',
      'a:b',
      'a/',
      '/a',
      'a//b',
      'a.lock',
      '.a',
      'a\nb',
      '@',
      'x@{1}',
      '',
    ].map((branch): [string, object, string, string] => [
      `the branch ${JSON.stringify(branch)}`,
      { branch },
      'branch',
      'must be the name of a branch',
    ]),
    [
      'a factory that ends the line',
      { wsgi: 'app:create_app(\n)' },
      'wsgi',
      'must be module:object or module:factory()',
    ],
    [
      'a socket in the folder of another',
      { bind: 'unix:/run/mysqld/x.sock' },
      'bind',
      "must be a socket in the app's own folder: unix:/run/demo/gunicorn.sock",
    ],
    [
      'a page that is a URL',
      { page: 'http://demo.example.org/' },
      'page',
      'must be a path, such as /health',
    ],
  ])('%s is refused', (_, vars, variable, message) => {
    expect(
      parsed(vars).error?.issues.map(({ path, message: said }) => [path.join('.'), said]),
    ).toEqual([[variable, message]])
  })
})

describe('the unit of the app', () => {
  const unit = (vars: object = {}): readonly string[] => {
    const { data } = parsed(vars)
    if (data === undefined) throw new Error('the variables are wrong')
    return render('app.service.njk', readFileSync('templates/app.service.njk', 'utf8'), {
      ...data,
      ...namesOf(data),
    }).split('\n')
  }

  test('waits for the page, which may redirect or want a login', () => {
    const [line = ''] = unit().filter((each) => each.startsWith('ExecStartPost='))
    expect(line).toContain(
      "until code=$$(curl --silent --output /dev/null --write-out '%%{http_code}' --max-time 5 http://localhost:5000/); case $$code in 200|204|301|302|303|307|308|401|403) ;; *) false ;; esac; do",
    )
    expect(line).toContain(
      'trap \'echo \\"http://localhost:5000/ answers $$code, none of 200, 204,',
    )
    expect(unit().filter((line) => line.startsWith('RuntimeDirectory'))).toEqual([])
  })
  test('gets the folder of its socket, and answers there', () => {
    const lines = unit({
      bind: 'unix:/run/demo/gunicorn.sock',
      page: '/up?a=1&b=%20',
      page_status: 204,
      wsgi: "app:create_app('100 %')",
    })
    expect(lines).toContain('RuntimeDirectory=demo')
    expect(lines).toContain(
      `ExecStart=/srv/demo/venv/bin/python -m gunicorn --workers 3 --bind unix:/run/demo/gunicorn.sock --access-logfile - "app:create_app('100 %%')"`,
    )
    expect(lines.find((line) => line.startsWith('ExecStartPost='))).toContain(
      `--unix-socket /run/demo/gunicorn.sock 'http://localhost/up?a=1&b=%%20'); case $$code in 204) ;;`,
    )
  })
})
