/** Magnification and place of an image in its frame, moved by wheel, pointer and keys. */
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useState } from 'react';

export interface PanZoom {
  /** 1 fits the whole image. */
  readonly zoom: number;
  /** Shift of the image's centre, in shares of the frame. */
  readonly x: number;
  readonly y: number;
}

const FITTED: PanZoom = { zoom: 1, x: 0, y: 0 };
const MAX_ZOOM = 24;
const KEY_SHIFT = 0.1;

/** Magnifies about a point given in shares of the frame from its centre, so that what is under it stays. */
export function zoomAbout(view: PanZoom, factor: number, atX = 0, atY = 0): PanZoom {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor));
  if (zoom === 1) return FITTED;
  const change = zoom / view.zoom;
  return clamped({ zoom, x: atX + (view.x - atX) * change, y: atY + (view.y - atY) * change });
}

/** Keeps some of the image in the frame. */
function clamped(view: PanZoom): PanZoom {
  const most = view.zoom / 2;
  const clamp = (value: number) => Math.min(most, Math.max(-most, value));
  return { zoom: view.zoom, x: clamp(view.x), y: clamp(view.y) };
}

/** Draws the image as the view has it; pixels stay sharp when magnified. */
export function drawView(canvas: HTMLCanvasElement, image: ImageData | undefined, view: PanZoom): void {
  const side = Math.round(canvas.clientWidth * window.devicePixelRatio) || 400;
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (context === null || image === undefined) return;
  const source = new OffscreenCanvas(image.width, image.height);
  source.getContext('2d')?.putImageData(image, 0, 0);
  const scale = (side / Math.max(image.width, image.height)) * view.zoom;
  context.imageSmoothingEnabled = scale < 2;
  context.imageSmoothingQuality = 'high';
  const left = side / 2 + view.x * side - (image.width * scale) / 2;
  const top = side / 2 + view.y * side - (image.height * scale) / 2;
  context.drawImage(source, left, top, image.width * scale, image.height * scale);
}

/** View and the handlers that change it; kept while the image changes, so that a place can be compared across samples. */
export function usePanZoom(canvas: RefObject<HTMLCanvasElement | null>) {
  const [view, setView] = useState(FITTED);
  const [held, setHeld] = useState<{ readonly x: number; readonly y: number }>();

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    // React hears wheels passively and could not keep the drawer from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const atX = (event.clientX - box.left) / box.width - 0.5;
      const atY = (event.clientY - box.top) / box.height - 0.5;
      setView((before) => zoomAbout(before, Math.exp(-event.deltaY / 300), atX, atY));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas]);

  const move = (x: number, y: number) =>
    setView((before) => clamped({ ...before, x: before.x + x, y: before.y + y }));

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [KEY_SHIFT, 0],
      ArrowRight: [-KEY_SHIFT, 0],
      ArrowUp: [0, KEY_SHIFT],
      ArrowDown: [0, -KEY_SHIFT],
    };
    const arrow = arrows[event.key];
    if (event.key === '+' || event.key === '=') setView((before) => zoomAbout(before, 1.25));
    else if (event.key === '-') setView((before) => zoomAbout(before, 0.8));
    else if (event.key === '0') setView(FITTED);
    else if (event.shiftKey && arrow !== undefined) move(...arrow);
    else return;
    event.preventDefault();
    // Arrows alone step through the samples; those with Shift do not.
    event.stopPropagation();
  }

  const drag = {
    onPointerDown(event: PointerEvent) {
      event.currentTarget.setPointerCapture(event.pointerId);
      setHeld({ x: event.clientX, y: event.clientY });
    },
    onPointerMove(event: PointerEvent) {
      if (held === undefined) return;
      const { width, height } = event.currentTarget.getBoundingClientRect();
      move((event.clientX - held.x) / width, (event.clientY - held.y) / height);
      setHeld({ x: event.clientX, y: event.clientY });
    },
    onPointerUp: () => setHeld(undefined),
    onPointerCancel: () => setHeld(undefined),
  };

  return {
    view,
    onKeyDown,
    drag,
    zoomBy: (factor: number) => setView((before) => zoomAbout(before, factor)),
    reset: () => setView(FITTED),
  };
}
