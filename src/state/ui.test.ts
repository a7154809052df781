import { describe, expect, it } from 'vitest';
import { initialUi, withAnnouncement, withInspection, withInspectionStep } from './ui.ts';

describe('inspection', () => {
  const open = withInspection(initialUi, ['a', 'b', 'c'], 1);

  it('opens on one sample of a list and not outside it', () => {
    expect(open.inspection).toEqual({ sampleIds: ['a', 'b', 'c'], index: 1 });
    expect(withInspection(open, ['a'], 1).inspection).toBeNull();
    expect(withInspection(open, ['a'], -1).inspection).toBeNull();
  });

  it('steps and stops at both ends', () => {
    expect(withInspectionStep(open, 1).inspection?.index).toBe(2);
    expect(withInspectionStep(open, 5).inspection?.index).toBe(2);
    expect(withInspectionStep(open, -5).inspection?.index).toBe(0);
  });

  it('changes nothing when there is nowhere to step', () => {
    expect(withInspectionStep(initialUi, 1)).toBe(initialUi);
    const last = withInspection(initialUi, ['a'], 0);
    expect(withInspectionStep(last, 1)).toBe(last);
  });
});

it('makes a repeated sentence a new announcement', () => {
  const once = withAnnouncement(initialUi, 'done');
  const twice = withAnnouncement(once, 'done');
  expect(twice.announcement.text).toBe('done');
  expect(twice.announcement.serial).not.toBe(once.announcement.serial);
});
