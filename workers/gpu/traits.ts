/** What kernels choose their variants by, read from a device and its adapter. */
import type { KernelTraits } from './kernels/kernel.ts';

/** Architectures of adapters that compute on the CPU, as browsers name them. */
const SOFTWARE_ARCHITECTURES = ['swiftshader', 'llvmpipe', 'lavapipe', 'warp'];

/** The traits of a device. */
export function traitsOf(device: GPUDevice): KernelTraits {
  const { adapterInfo: info, features, limits } = device;
  const names = `${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  return {
    isSoftware: info.isFallbackAdapter || SOFTWARE_ARCHITECTURES.some((name) => names.includes(name)),
    hasSubgroups: features.has('subgroups'),
    maxWorkgroupStorage: limits.maxComputeWorkgroupStorageSize,
    maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
    maxWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
  };
}
