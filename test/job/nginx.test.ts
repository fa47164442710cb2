import { describe, expect, test } from '@jest/globals'
import type { Resources } from '../../src/core/play.js'
import { AppVars } from '../../tasks/vars.js'
import nginx from '../../tasks/nginx.js'

const hook_url = 'http://demo.example.org:9000/hooks/demo'
const server_name = 'demo.example.org'
const tls = {
  server_name,
  certificate: 'certificates/demo.pem',
  certificate_key: 'certificates/demo.key',
}
const given = (vars: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  app: 'demo',
  repository: 'acme/demo',
  ...vars,
})

describe('the address of the hook', () => {
  test.each([
    ['as it is given, without nginx', { hook_url }, hook_url],
    [
      'over HTTP without a certificate',
      { nginx: { server_name } },
      'http://demo.example.org/hooks/demo',
    ],
    ['over HTTPS with one', { nginx: tls }, 'https://demo.example.org/hooks/demo'],
    [
      'with a port of its own',
      { nginx: { ...tls, https_port: 8443 } },
      'https://demo.example.org:8443/hooks/demo',
    ],
    [
      'with the usual port of the other',
      { nginx: { server_name, http_port: 443 } },
      'http://demo.example.org:443/hooks/demo',
    ],
    ['of another app', { app: 'shop', nginx: tls }, 'https://demo.example.org/hooks/shop'],
  ])('%s', (_, vars, url) => {
    expect(AppVars.parse(given(vars)).hook_url).toBe(url)
  })
})

describe('refused, with the variable and what it must be', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    [
      'no way to the hook',
      {},
      'hook_url',
      'must be the public address of the hook, as GitHub calls it',
    ],
    [
      'two ways to the hook',
      { hook_url, nginx: tls },
      'hook_url',
      'must be left out where nginx is given: it follows from server_name',
    ],
    [
      'a hook past nginx',
      { nginx: tls, hook_address: '0.0.0.0' },
      'hook_address',
      'must be left out where nginx is given, or an address of loopback: GitHub comes through nginx',
    ],
    [
      'an app past nginx',
      { nginx: tls, bind: '0.0.0.0:5000' },
      'bind',
      'must be an address of loopback where nginx is given: visitors come through nginx',
    ],
    [
      'a certificate without its key',
      { nginx: { ...tls, certificate_key: undefined } },
      'nginx.certificate_key',
      'must be given with certificate',
    ],
    [
      'a key without its certificate',
      { nginx: { ...tls, certificate: undefined } },
      'nginx.certificate',
      'must be given with certificate_key',
    ],
    [
      'one of them on the host',
      { nginx: { ...tls, certificate: '/etc/demo.pem' } },
      'nginx.certificate_key',
      'must be where certificate is: both in the project, or both on the host',
    ],
    [
      'HSTS without a certificate',
      { nginx: { server_name, hsts: 300 } },
      'nginx.hsts',
      'must be left out where there is no certificate',
    ],
    [
      'one port for both',
      { nginx: { ...tls, http_port: 443 } },
      'nginx.https_port',
      'must be another port than http_port',
    ],
    [
      'a name that would end the line',
      { nginx: { server_name: 'x; include /etc/passwd' } },
      'nginx.server_name',
      'must be a name in lower case, such as demo.example.org, or an IPv4 address',
    ],
    [
      'a path that nginx would expand',
      { nginx: { ...tls, certificate: '$host.pem' } },
      'nginx.certificate',
      "must be a path: of the project's, or, when it is absolute, of the host's",
    ],
  ])('%s', (_, vars, variable, message) => {
    const { error } = AppVars.safeParse(given(vars))
    expect(error?.issues.map(({ path, message: said }) => [path.join('.'), said])).toEqual([
      [variable, message],
    ])
  })

  test('a misspelt one', () => {
    expect(
      AppVars.safeParse(given({ nginx: { ...tls, serverName: 'x' } })).error?.issues,
    ).toMatchObject([{ code: 'unrecognized_keys', keys: ['serverName'] }])
  })
})

describe('what is managed', () => {
  const addresses = (list: Resources): readonly string[] =>
    list.flatMap((each) => {
      if (!each) return []
      return 'address' in each ? [each.address] : addresses(each)
    })
  const resources = (vars: Readonly<Record<string, unknown>>): readonly string[] => {
    const context = {
      host: { name: 'web' },
      vars: AppVars.parse(given(vars)),
    } as unknown as Parameters<typeof nginx.build>[0]
    return addresses(nginx.build(context))
  }

  test('nothing without nginx', () => {
    expect(resources({ hook_url })).toEqual([])
  })
  test('with files of the project: one file for certificate and key, then the site, then the service', () => {
    expect(resources({ nginx: tls })).toEqual([
      'apt.packages[nginx]',
      'absent[/etc/nginx/sites-enabled/default]',
      'file[/etc/demo/certificate.pem]',
      'file[/etc/nginx/conf.d/demo.conf]',
      'systemd.service[nginx.service]',
      'check.http[https://demo.example.org/ at 127.0.0.1]',
      'check.http[https://demo.example.org/hooks/demo at 127.0.0.1]',
    ])
  })
  test('with files of the host, which must be there', () => {
    expect(
      resources({
        nginx: { server_name, certificate: '/etc/tls/a.pem', certificate_key: '/etc/tls/a.key' },
      }),
    ).toEqual(expect.arrayContaining(['file[/etc/tls/a.pem]', 'file[/etc/tls/a.key]']))
  })
})
