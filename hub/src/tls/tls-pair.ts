import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { StartError } from '../problem.js';

/** PEM texts of a certificate (with its chain) and its key. */
export interface TlsPair { readonly cert: string; readonly key: string }

/** A server whose certificate can be changed while it runs. */
export interface TlsServer { setSecureContext(pair: TlsPair): void }

export interface TlsFiles { readonly certFile: string; readonly keyFile: string }

/** Reads and checks both files. @throws StartError that names the setting to mend */
export async function readTlsPair({ certFile, keyFile }: TlsFiles): Promise<TlsPair> {
  const cert = await read('TLS_CERT_FILE', certFile);
  const key = await read('TLS_KEY_FILE', keyFile);
  const certificate = parse(() => new X509Certificate(cert), `TLS_CERT_FILE: ${certFile} holds no PEM certificate. Set it to a file that begins with -----BEGIN CERTIFICATE-----.`);
  const privateKey = parse(() => createPrivateKey(key), `TLS_KEY_FILE: ${keyFile} holds no private key in PEM, or one with a passphrase. Set it to a key without a passphrase.`);
  if (!certificate.checkPrivateKey(privateKey)) throw new StartError(`TLS_KEY_FILE: the key in ${keyFile} does not belong to the certificate in ${certFile}. Set TLS_CERT_FILE and TLS_KEY_FILE to a matching pair.`);
  parse(() => createSecureContext({ cert, key }), `TLS_CERT_FILE: ${certFile} can not be used for TLS. Check that it is a server certificate followed by its chain.`);
  return { cert, key };
}

async function read(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`${setting}: the file ${file} can not be read (${(error as NodeJS.ErrnoException).code ?? String(error)}). Check the path and who may read it.`, { cause: error });
  }
}

function parse<T>(make: () => T, sentence: string): T {
  try {
    return make();
  } catch (error) {
    throw new StartError(sentence, { cause: error });
  }
}
