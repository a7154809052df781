/** Which group the list of worst cases is narrowed to; a click on a bar sets it. Kept for the visit, outside React's tree. */
import { create } from 'zustand';

export interface WorstGroup {
  readonly groupingId: string;
  readonly group: number;
}

interface WorstGroupFilter {
  readonly chosen: WorstGroup | null;
  readonly setGroup: (chosen: WorstGroup | null) => void;
}

export const useWorstGroupFilter = create<WorstGroupFilter>()((set) => ({
  chosen: null,
  setGroup: (chosen) => set({ chosen }),
}));
