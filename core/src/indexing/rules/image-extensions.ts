/** Extensions, in lower case, of the files that `only-images` lets in. */
export const imageExtensions: ReadonlySet<string> = new Set(
  (
    'png apng jpg jpeg jpe jfif jif pjpeg gif webp heic heics hif heif heifs avif avifs jxl jp2 j2k jpf jpx jpm jpg2 ' +
    'j2c jpc jxr hdp wdp jls tif tiff bmp dib rle ico cur ani icns svg svgz psd psb ai eps epsf epsi xcf kra krz ora ' +
    'sketch procreate afphoto afdesign afpub cdr cdt clip qoi flif bpg ff tga icb vda vst pcx pbm pgm ppm pnm pam pfm ' +
    'hdr rgbe exr dds ktx ktx2 dpx cin sgi rgb rgba bw ras mng jng wmf emf xpm xbm dcm dicom fits fit fts nii iff ' +
    'ilbm lbm dng cr2 cr3 crw nef nrw arw srf sr2 orf raf rw2 rwl pef srw x3f mrw 3fr fff kdc dcr k25 iiq erf mef mos'
  ).split(' '),
)
