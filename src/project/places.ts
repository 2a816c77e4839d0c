/** Where the configuration, the cache and the data of the user lie: dfx's places, so that both programs share them. */
import {homedir} from 'node:os'
import {join, win32} from 'node:path'

export interface Places {
  /** `networks.json`, `config.json`, `identity.json`, `identity/` lie here. */
  readonly config: string
  /** Downloads and compiled artefacts; may be deleted at any time. */
  readonly cache: string
  /** State of the shared networks. */
  readonly data: string
}

export interface PlacesInput {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Linux and macOS: `$DFX_CONFIG_ROOT|~/.config/dfx`, `$DFX_CACHE_ROOT|~/.cache/dfinity`; data in `~/.local/share/dfx` or
 * `~/Library/Application Support/org.dfinity.dfx`. Windows, where dfx never ran: `%APPDATA%`, `%LOCALAPPDATA%`.
 */
export function findPlaces(input: PlacesInput): Places {
  const {platform, home, env} = input
  const configRoot = env.DFX_CONFIG_ROOT
  const cacheRoot = env.DFX_CACHE_ROOT
  if (platform === 'win32') {
    const roaming = env.APPDATA || win32.join(home, 'AppData', 'Roaming')
    const local = env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local')
    return {
      config: configRoot ? win32.join(configRoot, '.config', 'dfx') : win32.join(roaming, 'dfx'),
      cache: cacheRoot ? win32.join(cacheRoot, '.cache', 'dfinity') : win32.join(local, 'dfinity', 'cache'),
      data: win32.join(local, 'dfx'),
    }
  }
  return {
    config: join(configRoot || home, '.config', 'dfx'),
    cache: join(cacheRoot || home, '.cache', 'dfinity'),
    data: platform === 'darwin' ? join(home, 'Library', 'Application Support', 'org.dfinity.dfx') : join(home, '.local', 'share', 'dfx'),
  }
}

/** The places of the user who runs this process. */
export function userPlaces(): Places {
  return findPlaces({platform: process.platform, home: process.env.HOME || homedir(), env: process.env})
}

export const networksJsonPath = (places: Places): string => join(places.config, 'networks.json')
export const configJsonPath = (places: Places): string => join(places.config, 'config.json')
/** `{"default": NAME}`: the identity chosen with `identity use`. */
export const identityJsonPath = (places: Places): string => join(places.config, 'identity.json')
export const identitiesFolder = (places: Places): string => join(places.config, 'identity')
/** What the cache of one version holds, as `cache show` prints it. */
export const versionCacheFolder = (places: Places, version: string): string => join(places.cache, 'versions', version)
