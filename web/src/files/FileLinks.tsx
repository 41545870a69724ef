import { useTranslation } from 'react-i18next'
import { Away } from './Away'
import styles from './Files.module.css'
import { sizeOf } from './size'

export interface StoredFile {
  id: string
  name: string
  size: number
  address: string
}

/** Files that hang on something: a browser saves each. `remove` takes one away. */
export function FileLinks({ files, remove }: { files: readonly StoredFile[]; remove?: (file: StoredFile) => void }) {
  const { t, i18n } = useTranslation()
  if (files.length === 0) return null
  return (
    <ul className={styles.files} aria-label={t('files.list')}>
      {files.map((file) => (
        <li key={file.id} className={styles.file}>
          <a href={file.address} download={file.name}><span className={styles.name}>{file.name}</span></a>
          <span className={styles.size}>{sizeOf(file.size, i18n.language)}</span>
          {remove ? <Away label={t('files.remove', { name: file.name })} act={() => remove(file)} /> : <span />}
        </li>
      ))}
    </ul>
  )
}
