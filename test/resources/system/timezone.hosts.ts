import { timezone } from '../../../src/resources/system/timezone.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a time zone',
    before: 'echo Etc/UTC >/etc/timezone',
    resource: () => timezone('Europe/Berlin'),
    changes: ['time zone Etc/UTC → Europe/Berlin', '/etc/timezone Etc/UTC → Europe/Berlin'],
    drifts: [
      {
        by: 'ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime',
        changes: ['time zone Asia/Tokyo → Europe/Berlin'],
      },
      {
        by: 'echo Asia/Tokyo >/etc/timezone',
        changes: ['/etc/timezone Asia/Tokyo → Europe/Berlin'],
      },
    ],
    errors: [
      {
        by: 'echo Asia/Tokyo >/etc/timezone; chattr +i /etc/timezone',
        says: /Operation not permitted/,
        after: 'chattr -i /etc/timezone',
      },
    ],
  },
]
