import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { frameOf, type Framing, SIDE } from './frame'
import styles from './Photo.module.css'

const MOVES = [
  { part: 'zoom', least: 1, most: 4 }, { part: 'x', least: 0, most: 1 }, { part: 'y', least: 0, most: 1 },
] as const

interface Cutting {
  picture: ImageBitmap
  framing: Framing
  change: (framing: Framing) => void
  /** Where the square is drawn; what is sent is read from it. */
  canvas: React.RefObject<HTMLCanvasElement | null>
}

/** The chosen picture as it will be, and what moves it: by finger, mouse or keyboard. */
export function Cut({ picture, framing, change, canvas }: Cutting) {
  const { t } = useTranslation()
  const held = useRef<{ x: number; y: number } | null>(null)
  useEffect(() => {
    const pen = canvas.current?.getContext('2d', { willReadFrequently: true })
    if (!pen) return
    const { left, top, edge } = frameOf(picture, framing)
    pen.imageSmoothingQuality = 'high'
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, SIDE, SIDE)
    pen.drawImage(picture, left, top, edge, edge, 0, 0, SIDE, SIDE)
  }, [picture, framing, canvas])
  const drag = ({ clientX, clientY, currentTarget }: React.PointerEvent<HTMLCanvasElement>) => {
    if (!held.current) return
    const { edge } = frameOf(picture, framing)
    const scale = edge / currentTarget.clientWidth
    change({
      ...framing, x: moved(framing.x, (held.current.x - clientX) * scale, picture.width - edge), y: moved(framing.y, (held.current.y - clientY) * scale, picture.height - edge),
    })
    held.current = { x: clientX, y: clientY }
  }
  return (
    <div className={styles.cut}>
      <canvas
        ref={canvas} width={SIDE} height={SIDE} className={styles.preview} role="img" aria-label={t('photo.preview')}
        onPointerDown={(event) => { held.current = { x: event.clientX, y: event.clientY }; event.currentTarget.setPointerCapture(event.pointerId) }}
        onPointerMove={drag} onPointerUp={() => { held.current = null }} onPointerCancel={() => { held.current = null }}
      />
      <div className={styles.moves}>
        {MOVES.map(({ part, least, most }) => (
          <label key={part} className={styles.move}>
            {t(`photo.move.${part}`)}
            <input type="range" min={least} max={most} step={0.01} value={framing[part]} onChange={({ target }) => change({ ...framing, [part]: Number(target.value) })} />
          </label>
        ))}
      </div>
    </div>
  )
}

const moved = (at: number, by: number, room: number): number => (room > 0 ? Math.min(1, Math.max(0, at + by / room)) : at)
