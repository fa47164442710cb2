import { present, shellFact, type Fact } from '../../core/fact.js'
import { sh } from '../../core/sh.js'
import { allUnknown } from '../failure.js'

export interface TimezoneState {
  /** The zone that /etc/localtime links to; null where it is no such link. */
  readonly localtime: string | null
  /** What /etc/timezone says; null where there is no such file. */
  readonly timezone: string | null
  /** Whether the host knows the zone that was asked for. */
  readonly isKnown: boolean
}

/** The time zone of the host, by the zone that it should have. */
export const timezoneFact = shellFact<string, TimezoneState>({
  name: 'timezone',
  script: (zones) => ({
    script: sh`echo "localtime $(readlink /etc/localtime)"
if [ -f /etc/timezone ]; then z_=; read -r z_ </etc/timezone || :; echo "timezone $z_"; fi
for z_ in ${zones}; do [ ! -f "/usr/share/zoneinfo/$z_" ] || echo "known $z_"; done; echo end`,
  }),
  parse(output, zones): readonly Fact<TimezoneState>[] {
    const lines = output.stdout.toString().split('\n')
    if (output.code !== 0 || !lines.includes('end'))
      return allUnknown(zones, 'the time zone could not be read', output, 'see /etc/localtime')
    const after = (start: string): string | undefined =>
      lines.find((line) => line.startsWith(start))?.slice(start.length)
    const localtime = after('localtime ')?.split('/zoneinfo/')[1] ?? null
    const timezone = after('timezone ') ?? null
    return zones.map((zone) =>
      present({ localtime, timezone, isKnown: lines.includes(`known ${zone}`) }),
    )
  },
  recorded: {
    keys: ['Europe/Berlin', 'Europe/Bonn'],
    stdout: 'localtime /usr/share/zoneinfo/Etc/UTC\ntimezone Etc/UTC\nknown Europe/Berlin\nend\n',
    facts: [
      present({ localtime: 'Etc/UTC', timezone: 'Etc/UTC', isKnown: true }),
      present({ localtime: 'Etc/UTC', timezone: 'Etc/UTC', isKnown: false }),
    ],
  },
})
