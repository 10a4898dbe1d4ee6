class Reading {
  constructor(value) {
    this.value = value;
    this.atMs = Date.now();
    this.window = [value, value / 2, value / 4, value / 8];
  }
}

class Device {
  readings = [];

  constructor(id) {
    this.id = id;
  }
}

/** Twenty devices, each with its last readings. */
export class DeviceRegistry {
  constructor({ readingsKept }) {
    this.readingsKept = readingsKept;
    this.devices = Array.from({ length: 20 }, (_, id) => new Device(id));
  }

  record(id, value) {
    const device = this.devices[id % this.devices.length];
    device.readings.push(new Reading(value));
    if (device.readings.length > this.readingsKept) device.readings.shift();
    return { device: device.id, readings: device.readings.length };
  }
}
