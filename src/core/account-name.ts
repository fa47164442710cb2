/**
 * The name of a user or a group that a host may have, or its number. Those of a domain hold spaces
 * and backslashes (`domain users`, `DOM\\alice`); what divides the fields of passwd(5) and
 * group(5), and what would be an option, is in none.
 */
export const accountPattern = /^[^-\s:,/\p{Cc}](?:[^:,/\p{Cc}]*[^\s:,/\p{Cc}])?$/u
