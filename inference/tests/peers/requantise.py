"""Writes a GGUF file with its matrices in another number format: requantise.py IN.gguf OUT.gguf F16|Q8_0|Q4_0.

Needs the Python package `gguf`. Vectors stay as they are; metadata are copied.
"""

import sys

import gguf
import numpy

source, target, name = sys.argv[1:]
kind = gguf.GGMLQuantizationType[name]
reader = gguf.GGUFReader(source)
architecture = reader.get_field(gguf.Keys.General.ARCHITECTURE).contents()
writer = gguf.GGUFWriter(target, architecture)
for field in reader.fields.values():
    if field.name.startswith("GGUF.") or field.name in (gguf.Keys.General.ARCHITECTURE, gguf.Keys.General.FILE_TYPE):
        continue
    inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
    writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=inner)
writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{name}"])
tensors = []
for tensor in reader.tensors:
    matrix = len(tensor.shape) > 1
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type) if matrix else tensor.data
    values = numpy.ascontiguousarray(gguf.quants.quantize(values, kind) if matrix else values)
    tensors.append(values)
    writer.add_tensor(tensor.name, values, raw_dtype=kind if matrix else tensor.tensor_type)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
