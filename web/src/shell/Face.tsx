import { useState } from 'react'
import styles from './Face.module.css'
import { initials } from './initials'

/** A face in a circle: the photo, or the initials where there is none or it does not come. It says nothing by itself: beside it stands the name. */
export function Face({ name, photo, size = 40 }: { name: string; photo?: string | null; size?: number }) {
  const [missing, setMissing] = useState<string | null>(null)
  return (
    <span aria-hidden className={styles.face} style={{ width: size, height: size, fontSize: Math.round(size * 0.38) }}>
      {photo && photo !== missing
        ? <img src={photo} alt="" width={size} height={size} loading="lazy" decoding="async" draggable={false} className={styles.photo} onError={() => setMissing(photo)} />
        : initials(name)}
    </span>
  )
}
