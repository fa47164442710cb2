/**
 * What a lab host starts from. `bare` is a provider's minimal Debian 12. `stack` adds everything
 * that the deployment job installs, for tests about something else.
 */
export const imageNames = ['bare', 'stack'] as const

export type ImageName = (typeof imageNames)[number]
