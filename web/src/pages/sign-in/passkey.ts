import type { Denied } from './signing'

/** Whether this browser has passkeys for this address: they are bound to a name, which an IP address is not. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential !== 'undefined' && 'parseCreationOptionsFromJSON' in PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname)

/** Makes a passkey, as the service wants it (JSON of its own); what the service wants to know of it, or why there is none. */
export const makePasskey = (options: string): Promise<string | Denied> =>
  asked(() => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options) as PublicKeyCredentialCreationOptionsJSON) }))

/** Shows one that is there. */
export const showPasskey = (options: string): Promise<string | Denied> =>
  asked(() => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON) }))

async function asked(ask: () => Promise<Credential | null>): Promise<string | Denied> {
  try {
    const made = await ask()
    return made ? JSON.stringify((made as PublicKeyCredential).toJSON()) : { code: 'NO_PASSKEY' }
  } catch (error) {
    return { code: error instanceof DOMException && error.name === 'InvalidStateError' ? 'KNOWN_PASSKEY' : 'NO_PASSKEY' }
  }
}
