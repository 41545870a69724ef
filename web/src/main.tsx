import { createRoot } from 'react-dom/client'
import './styles.css'
import { App } from './App'
import { ready } from './texts'

void ready.then(() => createRoot(document.getElementById('root')!).render(<App />))

// What is developed changes under it.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/service-worker.js')
