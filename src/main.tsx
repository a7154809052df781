/** Entry of the page: mounts the app. */
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (root) createRoot(root).render(<h1>EquiSeg</h1>);
