import { checkHttp } from '../../../src/resources/commands/check-http.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const image = 'stack'

const serve = `
  systemd-run --quiet --unit=answers --working-directory=/srv/answers python3 -m http.server \\
    --bind 127.0.0.1 9123
  until ss -ltn | grep -q 127.0.0.1:9123; do sleep 0.1; done`

export const hostCases: readonly HostCase[] = [
  {
    name: 'a page that only the host can reach',
    before: `mkdir /srv/answers; echo fine >/srv/answers/index.html; ${serve}`,
    resource: () => checkHttp('http://127.0.0.1:9123/', { contains: 'fine', within: 1 }),
    changes: [],
    errors: [
      {
        by: 'echo ill >/srv/answers/index.html',
        says: /answered 200 without "fine"/,
        after: 'echo fine >/srv/answers/index.html',
      },
      {
        by: 'mv /srv/answers/index.html /srv/answers/page',
        says: /answered 200 without "fine"/,
        after: 'mv /srv/answers/page /srv/answers/index.html',
      },
      { by: 'systemctl stop answers', says: /ECONNREFUSED|refused/, after: serve },
    ],
  },
]
