// In: resolvers that answer as hostile ones do, and the secret of an installation. Out: proof that a connection can only be
// made to what was checked, and that a copied database opens no address.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openResolver } from '../../src/push/resolve.ts'
import { openVault, readVaultSecret } from '../../src/push/vault.ts'

const host = { host: 'fcm.googleapis.com', loopback: false }

describe('a name', () => {
  it('is resolved once a minute, and what was checked is what is connected to', async () => {
    const answers = [['142.250.72.10'], ['127.0.0.1']]
    let asked = 0
    const resolver = openResolver(async () => answers[asked++] ?? [])
    const first = await resolver.pin(host, 0)
    // The second answer, which would lead into this house, is never asked for while the first one counts.
    expect(await resolver.pin(host, 59_000)).toEqual(first)
    expect(first).toEqual({ ok: true, address: '142.250.72.10' })
    expect(await resolver.pin(host, 61_000)).toMatchObject({ ok: false, rule: 'address-not-public' })
    expect(asked).toBe(2)
  })

  it.each([
    [['142.250.72.10', '10.0.0.1']],
    [['2a00:1450:4001:82b::200a', 'fd00::1']],
    [['169.254.169.254']],
    [['100.64.3.4']],
    [['::ffff:142.250.72.10']],
  ])('that leads to %s is refused', async (addresses) => {
    expect(await openResolver(async () => addresses).pin(host, 0)).toMatchObject({ rule: 'address-not-public' })
  })

  it('without an address, or with a resolver in trouble, is refused and asked for again', async () => {
    let asked = 0
    const resolver = openResolver(async () => {
      asked += 1
      if (asked === 1) throw new Error('SERVFAIL')
      return asked === 2 ? [] : ['142.250.72.10']
    })
    expect(await resolver.pin(host, 0)).toMatchObject({ rule: 'address-unknown' })
    expect(await resolver.pin(host, 0)).toMatchObject({ rule: 'address-unknown' })
    expect(await resolver.pin(host, 0)).toEqual({ ok: true, address: '142.250.72.10' })
  })

  it('of a stand-in on this machine leads to this machine only', async () => {
    const localhost = { host: 'localhost', loopback: true }
    expect(await openResolver(async () => ['127.0.0.1']).pin(localhost, 0)).toMatchObject({ ok: true })
    expect(await openResolver(async () => ['142.250.72.10']).pin(localhost, 0)).toMatchObject({ ok: false })
  })

  it('gives IPv4 before IPv6: many server rooms have no way out over the latter', async () => {
    const both = ['2a00:1450:4001:82b::200a', '142.250.72.10']
    expect(await openResolver(async () => both).pin(host, 0)).toEqual({ ok: true, address: '142.250.72.10' })
  })
})

describe('the vault', () => {
  const vault = openVault(Buffer.alloc(32, 1))
  it('opens what it sealed, never the same bytes twice, and nothing that another sealed or somebody changed', () => {
    const text = 'https://fcm.googleapis.com/fcm/send/abc'
    const sealed = vault.seal(text)
    expect(vault.open(sealed)).toBe(text)
    expect(vault.seal(text).equals(sealed)).toBe(false)
    expect(openVault(Buffer.alloc(32, 2)).open(sealed)).toBeNull()
    for (const at of [0, 12, 28, sealed.length - 1]) {
      const harmed = Buffer.from(sealed)
      harmed[at] = (harmed[at] ?? 0) ^ 1
      expect(vault.open(harmed)).toBeNull()
    }
    expect(vault.open(Buffer.alloc(3))).toBeNull()
  })

  it('knows the token of each subscription and no other', () => {
    expect(vault.isToken('a', vault.tokenFor('a'))).toBe(true)
    expect(vault.isToken('b', vault.tokenFor('a'))).toBe(false)
    expect(vault.isToken('a', '')).toBe(false)
  })

  it('has one secret per installation, made once, readable by its user alone, or the one of the configuration', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quakedesk-vault-'))
    const first = readVaultSecret(folder, null)
    expect(first).toHaveLength(32)
    expect(readVaultSecret(folder, null)).toEqual(first)
    expect(readFileSync(join(folder, 'push.key'))).toEqual(first)
    expect(statSync(join(folder, 'push.key')).mode & 0o077).toBe(0)
    expect(readVaultSecret(folder, Buffer.alloc(32, 9).toString('base64url'))).toEqual(Buffer.alloc(32, 9))
    writeFileSync(join(folder, 'push.key'), 'short')
    expect(() => readVaultSecret(folder, null)).toThrow(/32 bytes/)
    rmSync(folder, { recursive: true })
  })
})
